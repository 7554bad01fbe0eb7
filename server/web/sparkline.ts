const POINTS = 48;
const WIDTH = 96;
const HEIGHT = 22;
/** Room for half of the line's thickness. */
const PADDING = 2;
/** What fills the height at least, in milliseconds: noise of a tenth is not to look like a storm. */
const LEAST_SCALE = 2;

/** Draws the newest of a row of numbers as a line. Returns the function that adds one. */
export function sparkline(line: SVGPolylineElement): (value: number) => void {
  const values: number[] = [];
  return (value) => {
    values.push(value);
    if (values.length > POINTS) values.shift();
    const scale = Math.max(LEAST_SCALE, ...values);
    const step = WIDTH / (POINTS - 1);
    const points = values.map((one, index) => {
      const y = HEIGHT - PADDING - (one / scale) * (HEIGHT - 2 * PADDING);
      return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
    });
    line.setAttribute("points", points.join(" "));
  };
}
