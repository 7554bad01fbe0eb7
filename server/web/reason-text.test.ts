import { describe, expect, it } from "vitest";
import { failureText, lossText } from "./reason-text.ts";

describe("why there is no connection", () => {
  it("is said without the words of the protocol", () => {
    expect(lossText({ code: 1001, text: "restart", retryMs: 600 })).toBe("the server is restarting");
    expect(lossText({ code: 4508, text: "too slow a reader" })).toBe("this page read too slowly");
  });

  it("tells a connection that broke from a server that is not there", () => {
    const silent = { code: 1006, text: "connection lost; dials when the page is visible" };
    expect(lossText(silent)).toBe("the connection was lost");
    expect(failureText(silent)).toBe("the server cannot be reached");
  });

  it("counts the retries once there are several", () => {
    expect(lossText({ code: 1006, text: "connection lost", attempt: 1 })).toBe("the connection was lost");
    expect(failureText({ code: 1006, text: "connection lost", attempt: 4 })).toBe(
      "the server cannot be reached; retry 4",
    );
  });

  it("is the server's own words where the code has no others", () => {
    expect(lossText({ code: 4403, text: "Come back tomorrow." })).toBe("Come back tomorrow.");
  });

  it("is not told where the page gave its connection up for a new one", () => {
    expect(lossText({ text: "asked to" })).toBe("");
  });
});
