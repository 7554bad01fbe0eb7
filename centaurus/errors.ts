/** What Centaurus itself may reject with, each a class of its own. What a function throws is the function's. */
export class CentaurusError extends Error {
  override name = "CentaurusError";
}

/** A page is to be small, and this smaller than classes that are written out. */
const errorClass = (name: string) =>
  class extends CentaurusError {
    override name = name;
  };

/** A web worker could not be started, or a script could not be loaded into it. */
export const LoadError = errorClass("LoadError");
/** A function cannot run in a web worker, or there is none of this name. */
export const RegistrationError = errorClass("RegistrationError");
/** A parameter, or what a function gave, cannot be cloned. */
export const CloneError = errorClass("CloneError");
/** A call took longer than it may. */
export const CallTimeoutError = errorClass("CallTimeoutError");
/** The web worker that ran the call is gone: it closed itself, died, or was replaced for another call's sake. */
export const WorkerLostError = errorClass("WorkerLostError");
/** More calls wait than may. */
export const QueueFullError = errorClass("QueueFullError");
/** `terminate()` or `close()` was called. */
export const TerminatedError = errorClass("TerminatedError");

export type LoadError = CentaurusError;
export type RegistrationError = CentaurusError;
export type CloneError = CentaurusError;
export type CallTimeoutError = CentaurusError;
export type WorkerLostError = CentaurusError;
export type QueueFullError = CentaurusError;
export type TerminatedError = CentaurusError;
