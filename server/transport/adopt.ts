/** Duplicates a descriptor, closed on exec; -1 where the system refuses. */
type Duplicate = (descriptor: number) => number;

/** `fcntl` command by platform: duplicate to the lowest free descriptor, close-on-exec, which plain `dup` would lose. */
const F_DUPFD_CLOEXEC: Partial<Record<NodeJS.Platform, number>> = { linux: 1030, darwin: 67, freebsd: 17 };

/**
 * Whether this system can hand an accepted connection from Node to uWebSockets.js.
 * @returns the duplicating function, or in words why there is none
 */
export async function loadDuplicate(): Promise<Duplicate | string> {
  const command = F_DUPFD_CLOEXEC[process.platform];
  if (command === undefined) return `${process.platform} has no descriptors to hand over`;
  try {
    const { default: koffi } = await import("koffi");
    const fcntl = koffi.load(null).func("int fcntl(int descriptor, int command, ...)");
    return (descriptor) => fcntl(descriptor, command, "int", 0) as number;
  } catch (error) {
    return `koffi does not load here: ${error instanceof Error ? error.message : String(error)}`;
  }
}
