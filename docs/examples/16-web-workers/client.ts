import { Centaurus } from "fugitive/centaurus";
import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const client = connect<typeof app>("ws://localhost:8080");
const C = await new Centaurus().register({
  primes(below: number) {
    let count = 0;
    for (let number = 2; number < below; number++) {
      let divisor = 2;
      while (divisor * divisor <= number && number % divisor !== 0) divisor++;
      if (divisor * divisor > number) count++;
    }
    return count;
  },
});

client.offload(C);
client.share(C, { functions: ["primes"], prefix: "page.", timeoutMs: 5_000 });

const rows = await client.call("report", 10_000);
process.stdout.write(`${rows.length} rows\n`);
process.stdout.write(`${await client.call("primes", 100_000)} primes\n`);
client.close();
C.terminate();
