/** Of one session, while Redis is asked about its calls. */
export interface OpenQuestions {
  count: number;
  /** Jobs of which something was told meanwhile that are not known here yet. */
  readonly missed: Set<string>;
  /** Whether the session has ended meanwhile, or its connection. */
  over: boolean;
}

/** Questions about calls of sessions that Redis has yet to answer: what it tells besides may come before. */
export class QuestionsBySession {
  readonly #sessions = new Map<string, OpenQuestions>();

  ask(session: string): OpenQuestions {
    let questions = this.#sessions.get(session);
    if (questions === undefined) {
      questions = { count: 0, missed: new Set(), over: false };
      this.#sessions.set(session, questions);
    }
    questions.count++;
    return questions;
  }

  /** One of them is answered. */
  answered(session: string, questions: OpenQuestions): void {
    questions.count--;
    if (questions.count === 0 && this.#sessions.get(session) === questions) this.#sessions.delete(session);
  }

  missed(session: string, job: string): void {
    this.#sessions.get(session)?.missed.add(job);
  }

  /** Nobody waits for what they bring. @returns whether there were some */
  over(session: string): boolean {
    const questions = this.#sessions.get(session);
    if (questions === undefined) return false;
    questions.over = true;
    return this.#sessions.delete(session);
  }
}
