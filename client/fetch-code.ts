/**
 * Imports code that is fetched when it is first needed. Where that fails, it is fetched once more, and may be later on:
 * each time under another address, as browsers answer a module that could not be fetched with that same failure for as long
 * as the page lives (https://github.com/whatwg/html/issues/6768). Fragments are no part of what a server is asked for.
 */
export function fetchCode<Code>(load: () => Promise<Code>): () => Promise<Code> {
  let times = 0;
  return () =>
    load().catch((error) => {
      // Chromium and Firefox name the address; wherever a bundler has put the code
      const [url] = /\bhttps?:\/\/[^\s#]+/.exec(String(error)) ?? [];
      if (url === undefined) throw error;
      return import(/* @vite-ignore */ /* webpackIgnore: true */ `${url}#${++times}`) as Promise<Code>;
    });
}
