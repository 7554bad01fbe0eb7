// What others make bytes of messages with, each as its own documentation calls it.
import { decode, encode } from "@msgpack/msgpack";
import parser from "socket.io-msgpack-parser";

export const MSGPACK_MSGPACK = { encode: (message) => encode(message), decode: (bytes) => decode(bytes) };

const EVENT = 2;

/** A packet of Socket.IO with an event, of which the name and the data are given; back comes the same. */
export function socketIoMsgpack() {
  const encoder = new parser.Encoder();
  const decoder = new parser.Decoder();
  let heard;
  decoder.on("decoded", (packet) => {
    heard = packet.data;
  });
  return {
    encode: (data) => encoder.encode({ type: EVENT, nsp: "/", id: 7, data })[0],
    decode(bytes) {
      decoder.add(bytes);
      return heard;
    },
  };
}
