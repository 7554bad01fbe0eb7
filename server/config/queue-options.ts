import { option } from "./option.ts";
import { brokerUrl, oneOf, shortText } from "./option-types.ts";

/** Where procedures for remote workers wait: what `fugitive worker` is told as well. */
export const QUEUE_OPTIONS = {
  amqpUrl: option({
    env: "AMQP_URL",
    flag: "amqp-url",
    type: brokerUrl("amqp", "amqps"),
    default: "",
    defaultText: "none",
    secret: true,
    description: "RabbitMQ, whose queues keep jobs for workers",
    group: "jobs",
  }),
  queueRedisUrl: option({
    env: "QUEUE_REDIS_URL",
    flag: "queue-redis-url",
    type: brokerUrl("redis", "rediss"),
    default: "",
    defaultText: "none",
    secret: true,
    description: "or Redis, whose streams do; else that of hosts",
    group: "jobs",
  }),
  queueName: option({
    env: "QUEUE_NAME",
    flag: "queue-name",
    type: shortText(64).regex(/^[A-Za-z0-9_-]+$/, "letters, digits, _ and -"),
    default: "fugitive",
    description: "name of the application there, as its workers have it",
    group: "jobs",
  }),
  queueQuorum: option({
    env: "QUEUE_QUORUM",
    flag: "queue-quorum",
    type: oneOf("on", "off"),
    default: "off",
    description: "RabbitMQ: whether its queues are quorum queues",
    group: "jobs",
  }),
};
