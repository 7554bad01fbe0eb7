import { expect, it } from "vitest";
import { useDemo } from "./test/demo-page.ts";

const demo = useDemo();

it("draws the same picture in web workers and in the page, and says how long the page stopped", async () => {
  const page = await demo.open();
  const picture = () => page.evaluate(() => document.querySelector<HTMLCanvasElement>("#fractal")?.toDataURL());
  const empty = await picture();
  await page.getByRole("button", { name: "Draw in web workers" }).click();
  await page.locator("#fractal-status", { hasText: /^Drawn in web workers in .* at most\.$/ }).waitFor();
  const apart = await picture();
  await page.getByRole("button", { name: "Draw in the page" }).click();
  await page.locator("#fractal-status", { hasText: /^Drawn in the page in .* at most\.$/ }).waitFor();
  expect(await picture()).toBe(apart);
  expect(apart).not.toBe(empty);
  for (const id of ["took-workers", "took-page", "pause-workers", "pause-page"]) {
    expect(await page.locator(`#fractal-${id}`).textContent()).toMatch(/^[\d.]+ m?s$/);
  }
  // still there, and calls are answered
  await page.locator("#state", { hasText: /^open$/ }).waitFor();
});
