import "./styles/demo.css";
import { connect, story } from "../../client/index.ts";
import type { app } from "../demo/app.ts";
import { callSection } from "./call-section.ts";
import { channelSection } from "./channel-section.ts";
import { chatSection } from "./chat-section.ts";
import { byId } from "./dom.ts";
import { fractalSection } from "./fractal-section.ts";
import { peerSection } from "./peer-section.ts";
import { statusSection } from "./status-section.ts";
import { sweatSection } from "./sweat-section.ts";

const address = location.origin.replace(/^http/, "ws");
byId("how-address", HTMLElement).textContent = address;

// the page's console tells what becomes of the connection
const client = connect<typeof app>(address, { plugins: [story()] });
statusSection(client);
callSection(client);
chatSection(client);
channelSection(client);
peerSection(client);
sweatSection(client);
fractalSection();
