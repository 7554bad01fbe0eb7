import type { BusFrame } from "../bus/bus-frame.ts";
import type { Link } from "../bus/link.ts";

/** What one socket worker's frames are handed to. */
export interface DeskMember {
  /** Does what a frame asks for. Frames that are another desk's are left alone. */
  receive(frame: BusFrame): void;
  /** The worker is gone. */
  left(): void;
}

/** A part of the primary that socket workers come to with questions of one kind. */
export interface Desk {
  /** @param member the worker's number among all processes that were ever forked */
  joined(link: Link, member: number): DeskMember;
  close(): void;
}

/** Several as one. */
export function sideBySide(desks: readonly Desk[]): Desk {
  return {
    joined(link, member) {
      const members = desks.map((desk) => desk.joined(link, member));
      return {
        receive(frame) {
          for (const member of members) member.receive(frame);
        },
        left() {
          for (const member of members) member.left();
        },
      };
    },
    close() {
      for (const desk of desks) desk.close();
    },
  };
}
