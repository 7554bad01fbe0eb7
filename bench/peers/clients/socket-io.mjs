// Clients of Socket.IO that follow a room. Runs for whoever forked it.
import { io } from "socket.io-client";
import { follow } from "../../lib/followers.mjs";

const [port, room, count] = process.argv.slice(2);

await follow(
  Number(count),
  (index, followers) =>
    new Promise((ready) => {
      const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true });
      const subscribed = () => {
        followers.subscribed(index);
        ready();
      };
      socket.on("connect", () => {
        // rooms come back with the connection's state, where that was recovered
        if (socket.recovered) subscribed();
        else socket.emit("subscribe", room, subscribed);
      });
      socket.on("event", (publication) => followers.heard(index, publication));
      socket.on("disconnect", () => followers.lost(index));
    }),
);
