import { connect } from "/client.mjs";

const client = connect(location.origin);
const form = document.querySelector("form");
const show = (text) => {
  document.querySelector("ul").appendChild(document.createElement("li")).textContent = text;
};

client.subscribe("chat:lobby", ({ from, text }) => show(`${from}: ${text}`));

form.onsubmit = (event) => {
  event.preventDefault();
  client.publish("chat:lobby", { from: "a page", text: form.text.value });
  form.reset();
};

form.compute.onclick = async () => show(`The 30th is ${await client.call("fibonacci", 30)}.`);
