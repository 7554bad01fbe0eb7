/** A part of the picture: some of its rows. */
export interface Strip {
  readonly width: number;
  readonly height: number;
  /** The first row, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * Colours of some rows of a picture of the Mandelbrot set, four bytes a point. Travels to web workers as text, and so has
 * everything it needs within itself. https://en.wikipedia.org/wiki/Plotting_algorithms_for_the_Mandelbrot_set
 */
export function drawStrip({ width, height, from, to }: Strip): Uint8ClampedArray<ArrayBuffer> {
  const centre = { x: -0.743643887, y: 0.131825904 };
  const span = 0.0012;
  const most = 2_500;
  // each point is the mean of so many by so many, which makes it smooth, and the work heavy
  const fine = 3;
  const step = span / width / fine;
  const left = centre.x - (width / 2) * fine * step;
  const top = centre.y - (height / 2) * fine * step;
  const pixels = new Uint8ClampedArray(width * (to - from) * 4);
  for (let row = from, at = 0; row < to; row++) {
    for (let column = 0; column < width; column++, at += 4) {
      let [red, green, blue] = [0, 0, 0];
      for (let part = 0; part < fine * fine; part++) {
        const cx = left + (column * fine + (part % fine)) * step;
        const cy = top + (row * fine + Math.floor(part / fine)) * step;
        let [x, y, xx, yy, steps] = [0, 0, 0, 0, 0];
        for (; xx + yy < 4 && steps < most; steps++) {
          y = 2 * x * y + cy;
          x = xx - yy + cx;
          xx = x * x;
          yy = y * y;
        }
        const turn = steps === most ? Math.PI : 2.2 * Math.log(1 + steps / 40);
        red += 1 - Math.cos(turn);
        green += 1 - Math.cos(turn + 0.5);
        blue += 1 - Math.cos(turn + 1.1);
      }
      const unit = 127 / (fine * fine);
      pixels.set([red * unit, green * unit, blue * unit, 255], at);
    }
  }
  return pixels;
}

/** Divides a picture into strips of so many rows. */
export function stripsOf(width: number, height: number, rows: number): Strip[] {
  return Array.from({ length: Math.ceil(height / rows) }, (_, index) => {
    return { width, height, from: index * rows, to: Math.min(height, (index + 1) * rows) };
  });
}
