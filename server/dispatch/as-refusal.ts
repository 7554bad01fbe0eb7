import { AppError } from "../../shared/errors.ts";

/** What a client is told of an error: what was not thrown on purpose is none of its business. @param failed told of such */
export function asRefusal(error: unknown, failed: (error: unknown) => void): AppError {
  if (error instanceof AppError) return error;
  failed(error);
  return new AppError("INTERNAL");
}
