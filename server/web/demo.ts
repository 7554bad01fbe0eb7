import "./styles/demo.css";
import { callSection } from "./call-section.ts";
import { channelSection } from "./channel-section.ts";
import { chatSection } from "./chat-section.ts";
import { byId } from "./dom.ts";
import { Live } from "./live.ts";
import { statusSection } from "./status-section.ts";
import { sweatSection } from "./sweat-section.ts";

const address = location.origin.replace(/^http/, "ws");
byId("how-address", HTMLElement).textContent = address;

const live = new Live(address);
statusSection(live);
callSection(live);
chatSection(live);
channelSection(live);
sweatSection(live);
