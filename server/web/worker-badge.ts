/** As many colours as demo.css has. */
const COLOURS = 6;

/** Writes a socket worker's number into an element, in the worker's colour. */
export function showWorker(element: HTMLElement, worker: number, text = workerName(worker)): void {
  element.textContent = text;
  element.dataset.colour = String(worker % COLOURS);
}

function workerName(worker: number): string {
  return worker === 0 ? "one process" : `worker ${worker}`;
}
