// What calls of remote workers are measured beside: takes requests from a list, one at a time, and answers each on the list
// of who asked. Requests are 4 bytes for whoever asked, and the input: the answer is the same.
import { createClient, RESP_TYPES } from "@redis/client";

const [, , url, requests, replies] = process.argv;
const open = () =>
  createClient({ url, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } })
    .on("error", (error) => {
      console.error(error);
      process.exit(1);
    })
    .connect();
// what waits holds up all else on its connection
const [reading, writing] = await Promise.all([open(), open()]);
process.send("ready");
for (;;) {
  const { element } = await reading.brPop(requests, 0);
  void writing.lPush(replies, element);
}
