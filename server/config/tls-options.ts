import { option } from "./option.ts";
import { optionalText } from "./option-types.ts";

/** How connections are encrypted; without a certificate they are not. */
export const TLS_OPTIONS = {
  cert: option({
    env: "TLS_CERT",
    flag: "cert",
    type: optionalText("the path of a PEM file"),
    default: "",
    defaultText: "none",
    description: "PEM file: certificate, and those between it and its root",
    group: "tls",
  }),
  key: option({
    env: "TLS_KEY",
    flag: "key",
    type: optionalText("the path of a PEM file"),
    default: "",
    defaultText: "none",
    description: "PEM file: the certificate's private key",
    group: "tls",
  }),
  keyPassphrase: option({
    env: "TLS_PASSPHRASE",
    flag: "key-passphrase",
    type: optionalText("text on one line"),
    default: "",
    defaultText: "none",
    secret: true,
    description: "what the private key is encrypted with",
    group: "tls",
  }),
  ciphers: option({
    env: "TLS_CIPHERS",
    flag: "ciphers",
    type: optionalText("names of ciphers with colons between them"),
    default: [
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
    ].join(":"),
    defaultText: "modern ones",
    description: "ciphers of TLS 1.2; those of 1.3 are fixed, and older is off",
    group: "tls",
  }),
};
