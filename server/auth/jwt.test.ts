import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { createJwtVerifier, type VerifyJwt } from "./jwt.ts";

const SECRET = "a secret that is long enough for everybody";
const KEY = new TextEncoder().encode(SECRET);

async function verifier(options: Partial<typeof DEFAULT_CONFIG>): Promise<VerifyJwt> {
  const verify = await createJwtVerifier({ ...DEFAULT_CONFIG, ...options });
  if (verify === undefined) throw new Error("Nothing is configured.");
  return verify;
}

function token(key: CryptoKey | Uint8Array, alg = "HS256", claims: Record<string, unknown> = {}, kid?: string) {
  return new SignJWT({ sub: "ada", ...claims })
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(key);
}

function file(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-jwt-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "key");
  writeFileSync(path, content);
  return path;
}

const refusal = (message: string) => expect.objectContaining({ code: "UNAUTHENTICATED", message });
const seconds = (fromNow: number) => Math.floor(Date.now() / 1_000) + fromNow;

describe("JSON Web Tokens", () => {
  it("are nobody's business where nothing says how they are verified", async () => {
    expect(await createJwtVerifier(DEFAULT_CONFIG)).toBeUndefined();
  });

  it("signed with the secret are good, and tell who, since when, and until when", async () => {
    const verify = await verifier({ jwtSecret: SECRET, jwtToleranceMs: 2_000 });
    const [iat, exp] = [seconds(-10), seconds(60)];
    expect(await verify(await token(KEY, "HS512", { iat, exp, role: "admin" }))).toEqual({
      user: "ada",
      claims: { sub: "ada", iat, exp, role: "admin" },
      issuedAt: iat * 1_000,
      expiresAt: exp * 1_000 + 2_000,
    });
    expect(await verify(await token(KEY))).toEqual({ user: "ada", claims: { sub: "ada" } });
  });

  it("signed with another secret, changed, unsigned, or no tokens at all are refused", async () => {
    const verify = await verifier({ jwtSecret: SECRET });
    const good = await token(KEY);
    const [head, , signature] = good.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const mallory = Buffer.from('{"sub":"mallory"}').toString("base64url");
    const bad = [
      await token(new TextEncoder().encode(`${SECRET}!`)),
      `${head}.${mallory}.${signature}`,
      `${none}.${mallory}.`,
      `${none}.${mallory}.${signature}`,
      "",
      "a.b.c",
      "x".repeat(10_000),
      `${good}.${good}`,
    ];
    for (const one of bad) await expect(verify(one)).rejects.toEqual(refusal("The token is not valid."));
  });

  it("that have expired, or are not yet good, are refused, but for what clocks may differ", async () => {
    const verify = await verifier({ jwtSecret: SECRET, jwtToleranceMs: 60_000 });
    await expect(verify(await token(KEY, "HS256", { exp: seconds(-90) }))).rejects.toEqual(
      refusal("The token has expired."),
    );
    await expect(verify(await token(KEY, "HS256", { nbf: seconds(90) }))).rejects.toEqual(
      refusal(`The token's "nbf" is not right.`),
    );
    expect(await verify(await token(KEY, "HS256", { exp: seconds(-30), nbf: seconds(30) }))).toMatchObject({
      user: "ada",
    });
  });

  it("for somebody else, or from somebody else, are refused where that is configured", async () => {
    const verify = await verifier({ jwtSecret: SECRET, jwtAudience: "chat", jwtIssuer: "https://issuer" });
    const claims = { aud: ["chat", "mail"], iss: "https://issuer" };
    expect(await verify(await token(KEY, "HS256", claims))).toMatchObject({ user: "ada" });
    for (const [claim, wrong] of [
      ["aud", "mail"],
      ["aud", undefined],
      ["iss", "https://other"],
      ["iss", undefined],
    ] as const) {
      await expect(verify(await token(KEY, "HS256", { ...claims, [claim]: wrong }))).rejects.toEqual(
        refusal(`The token's "${claim}" is not right.`),
      );
    }
  });

  it.each(["RS256", "PS512", "ES256", "ES384", "EdDSA"])(
    "of %s are verified by a public key in a PEM file",
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const verify = await verifier({ jwtKey: file(await exportSPKI(publicKey)) });
      expect(await verify(await token(privateKey, alg))).toMatchObject({ user: "ada" });
      const other = await generateKeyPair(alg);
      await expect(verify(await token(other.privateKey, alg))).rejects.toEqual(refusal("The token is not valid."));
    },
  );

  it("signed with the text of a public key, as if that were a secret, are refused", async () => {
    const { publicKey } = await generateKeyPair("RS256", { extractable: true });
    const pem = await exportSPKI(publicKey);
    const verify = await verifier({ jwtKey: file(pem) });
    for (const secret of [pem, pem.trim()]) {
      const forged = await token(new TextEncoder().encode(secret), "HS256");
      await expect(verify(forged)).rejects.toEqual(refusal("The token is not valid."));
    }
  });

  it("are verified by any key of a set that fits, named or not", async () => {
    const pairs = await Promise.all(["a", "b"].map(() => generateKeyPair("ES256", { extractable: true })));
    const keys = await Promise.all(
      pairs.map(async ({ publicKey }, index) => ({
        ...(await exportJWK(publicKey)),
        kid: `key ${index}`,
        alg: "ES256",
      })),
    );
    const verify = await verifier({ jwtKey: file(JSON.stringify({ keys })) });
    const [first, second] = pairs;
    if (first === undefined || second === undefined) throw new Error();
    expect(await verify(await token(second.privateKey, "ES256", {}, "key 1"))).toMatchObject({ user: "ada" });
    expect(await verify(await token(second.privateKey, "ES256"))).toMatchObject({ user: "ada" });
    await expect(verify(await token(second.privateKey, "ES256", {}, "key 0"))).rejects.toEqual(
      refusal("The token is not valid."),
    );
    const stranger = await generateKeyPair("ES256");
    await expect(verify(await token(stranger.privateKey, "ES256"))).rejects.toEqual(refusal("The token is not valid."));
    const alone = await verifier({ jwtKey: file(JSON.stringify(keys[0])) });
    expect(await alone(await token(first.privateKey, "ES256"))).toMatchObject({ user: "ada" });
  });

  it("are verified by keys that are fetched; what cannot be fetched is not the token's fault", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const keys = [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" }];
    let status = 500;
    const server = createServer((_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const verify = await verifier({ jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` });
    const good = await token(privateKey, "ES256", {}, "k");
    await expect(verify(good)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    status = 200;
    expect(await verify(good)).toMatchObject({ user: "ada" });
    await expect(verify(await token(KEY))).rejects.toEqual(refusal("The token is not valid."));
    await expect(verify(await token(privateKey, "ES256", {}, "another"))).rejects.toEqual(
      refusal("The token is not valid."),
    );
  });

  it("cannot be verified by a private key, by nonsense, or by a file that is not there: that is told at the start", async () => {
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    await expect(verifier({ jwtKey: file(privateKey) })).rejects.toThrow(/jwtKey.*private key/);
    await expect(verifier({ jwtKey: file("nonsense") })).rejects.toThrow(/jwtKey.*no public key/);
    await expect(verifier({ jwtKey: file("{") })).rejects.toThrow(/jwtKey/);
    await expect(verifier({ jwtKey: "/nowhere/at/all" })).rejects.toThrow(/jwtKey.*ENOENT/);
  });
});
