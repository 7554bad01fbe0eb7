import {
  CallTimeoutError,
  CentaurusError,
  CloneError,
  LoadError,
  QueueFullError,
  RegistrationError,
  TerminatedError,
  WorkerLostError,
} from "./errors.ts";

/** What Centaurus itself rejects with, by name: for what comes from a web worker, and for the classic script. */
export const ERRORS = {
  CentaurusError,
  LoadError,
  RegistrationError,
  CloneError,
  CallTimeoutError,
  WorkerLostError,
  QueueFullError,
  TerminatedError,
};
