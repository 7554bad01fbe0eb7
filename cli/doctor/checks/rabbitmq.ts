import { openChannel } from "../../../server/links/amqp-channel.ts";
import { placeOf } from "../../../server/links/place-of.ts";
import { type Check, ok, problem } from "../check.ts";
import { reasonOf } from "../words.ts";

export const rabbitmq: Check = {
  name: "RabbitMQ",
  async run({ config, signal }) {
    const urls = new Map([
      [config.amqpUrl, "AMQP_URL"],
      [config.gatewayAmqp, "GATEWAY_AMQP"],
    ]);
    urls.delete("");
    return Promise.all(
      [...urls].map(async ([url, name]) => {
        try {
          const began = performance.now();
          const link = await openChannel(
            url,
            () => undefined,
            signal,
            async (_, close) => ({ close }),
          );
          const ms = performance.now() - began;
          link.close();
          return ok(`${placeOf(url)}: a channel was open after ${ms.toFixed(0)} ms`);
        } catch (error) {
          const said = withoutPassword(reasonOf(error), url);
          return problem(
            `${name}: ${said}`,
            `look whether RabbitMQ runs, and at ${name}: address, user, password, virtual host`,
          );
        }
      }),
    );
  },
};

function withoutPassword(text: string, url: string): string {
  const { password } = new URL(url);
  return [password, decodeURIComponent(password)]
    .filter((one) => one !== "")
    .reduce((left, one) => left.replaceAll(one, "…"), text);
}
