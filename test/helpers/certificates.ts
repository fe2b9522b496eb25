/** Certificates of `localhost` by openssl, each its own authority. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const opensslAvailable = spawnSync("openssl", ["version"]).status === 0;

export interface Certificate {
  /** Paths of PEM files. */
  certificate: string;
  key: string;
}

export interface Certificates {
  /** In force from now on for a day. */
  good: Certificate;
  /** In force, and vouched for by nobody who trusts `good`. */
  stranger: Certificate;
  /** Of the same key as `good`, and over since yesterday. */
  expired: Certificate;
  remove(): Promise<void>;
}

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-certificates-"));
  const path = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { stdio: "ignore" });
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const make = (which: string): Certificate => {
    const files = { certificate: path(`${which}.pem`), key: path(`${which}.key`) };
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"];
    openssl(...request, ...name, "-keyout", files.key, "-out", files.certificate);
    return files;
  };
  const [good, stranger] = [make("good"), make("stranger")];
  const expired = { certificate: path("expired.pem"), key: good.key };
  openssl("req", "-new", "-key", good.key, ...name, "-out", path("request"));
  const sign = ["x509", "-req", "-in", path("request"), "-copy_extensions", "copy", "-days", "-1"];
  openssl(...sign, "-signkey", good.key, "-out", expired.certificate);
  return { good, stranger, expired, remove: () => rm(folder, { recursive: true, force: true }) };
}
