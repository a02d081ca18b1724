/** What systems of your own may need of a host kind. */
import type { Capability } from '../../harness/contracts/index.ts';

/** Node programs, written against `Env`. */
export const NODE_PROGRAM = 'node-program' as Capability;

/** Programs of the operating system. */
export const EXEC = 'exec' as Capability;

/** More files of this machine than a program and its libraries: not on `docker`. */
export const MACHINE_FILES = 'machine-files' as Capability;
