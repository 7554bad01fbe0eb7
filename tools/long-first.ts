import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Kinds of tests that take long, however small the file is. */
const LONG = /\.rabbitmq\.test\.ts$|\/(stress|fuzz)\.test\.ts$/;

/**
 * Has files of these kinds begin before all others of their project. Where nothing is known of earlier runs, Vitest begins
 * with the largest files, and one that takes a minute could be the last one, with nothing left to do beside it.
 */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
