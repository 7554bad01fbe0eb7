globalThis.found = "found";
