/**
 * A finished answer: its bytes, plain and compressed, with the headers of each form written once. It
 * is what a hit sends as it is.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, gzip, constants as zlib } from "node:zlib";
import { namesTag } from "../http/conditional.ts";
import { DATA_HEADERS } from "../http/headers.ts";
import { bestEncoding, type Encoding } from "../http/negotiation.ts";

/** Below this a compressed answer fills as many packets as a plain one. */
const COMPRESS_FROM_BYTES = 1_000;
/** Up to this it is kept as a text, which Node sends in one piece with the headers and copies for that. */
const TEXT_UP_TO_BYTES = 8_192;
/** Brotli's middle way: at the speed of gzip, and a fifth smaller. */
const BROTLI_QUALITY = 5;
/** A client may keep it, but asks each time whether it is still good. */
const REVALIDATE = "public, max-age=0, must-revalidate";

/** What is told of an answer to those who count. */
export interface AnswerAbout {
  /** Name of the operation; null when it has none. */
  operation: string | null;
  /** Its cost; null when that is not known. */
  cost: number | null;
}

export interface AnswerParts {
  status: number;
  contentType: string;
  body: Buffer;
  /** The entity tag, without quotes; null when nobody may keep the answer. */
  tag: string | null;
  /** The catalog's version it was made from, at least; null when that is not known. */
  version: number | null;
  /** Further headers: names and values by turns. */
  headers?: readonly string[];
  about?: AnswerAbout;
}

interface Form {
  headers: string[];
  /** Bytes, each a character where it is a text. */
  body: Buffer | string;
}

const compress: Record<Exclude<Encoding, "identity">, (body: Buffer) => Promise<Buffer>> = {
  gzip: promisify(gzip),
  br: (body) =>
    promisify(brotliCompress)(body, { params: { [zlib.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
};

export class Answer {
  readonly #parts: Omit<AnswerParts, "body">;
  readonly #plain: Form;
  readonly #compressed: Partial<Record<Encoding, Form>> = {};
  readonly #compressing: Partial<Record<Encoding, Promise<Form>>> = {};
  /** Called when a compressed form was added, with the bytes all forms have together. */
  onGrown: ((bytes: number) => void) | null = null;

  constructor({ body, ...parts }: AnswerParts) {
    this.#parts = parts;
    this.#plain = this.#form(body, "identity");
  }

  get about(): AnswerAbout | null {
    return this.#parts.about ?? null;
  }

  /** Bytes of all its forms. */
  get bytes(): number {
    const forms = Object.values(this.#compressed);
    return forms.reduce((sum, form) => sum + form.body.length, this.#plain.body.length);
  }

  /** Sends it in the form the request asks for; true when the client already has that. */
  send(req: IncomingMessage, res: ServerResponse): boolean {
    const header = req.headers["accept-encoding"];
    const large = this.#plain.body.length >= COMPRESS_FROM_BYTES;
    const encoding = large && header !== undefined ? bestEncoding(header) : "identity";
    const held = heldTag(req, this.#parts.tag);
    if (held !== null) {
      confirm(res, held, this.#parts.version);
      return true;
    }
    if (encoding === "identity") this.#write(res, this.#plain);
    else {
      const ready = this.#compressed[encoding];
      if (ready) this.#write(res, ready);
      else {
        const plain = () => this.#plain;
        void this.#compress(encoding)
          .catch(plain)
          .then((form) => this.#write(res, form));
      }
    }
    return false;
  }

  #write(res: ServerResponse, form: Form): void {
    res.writeHead(this.#parts.status, form.headers);
    res.end(form.body, "latin1");
  }

  /** Made when it is first asked for, once, outside the event loop. */
  #compress(encoding: Exclude<Encoding, "identity">): Promise<Form> {
    const { body } = this.#plain;
    const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
    this.#compressing[encoding] ??= compress[encoding](bytes).then((body) => {
      const form = this.#form(body, encoding);
      this.#compressed[encoding] = form;
      this.onGrown?.(this.bytes);
      return form;
    });
    return this.#compressing[encoding];
  }

  #form(body: Buffer, encoding: Encoding): Form {
    const { contentType, version, headers = [] } = this.#parts;
    const tag = this.#parts.tag === null ? null : quoted(this.#parts.tag, encoding);
    const written = [
      "content-type",
      contentType,
      "content-length",
      String(body.length),
      ...(encoding === "identity" ? [] : ["content-encoding", encoding]),
      ...validators(tag, version),
      ...headers,
      ...DATA_HEADERS,
    ];
    const isShort = body.length <= TEXT_UP_TO_BYTES;
    return { headers: written, body: isShort ? body.toString("latin1") : body };
  }
}

/** Tells a client that what it holds under this tag is still the answer. */
export function confirm(res: ServerResponse, tag: string, version: number | null): void {
  res.writeHead(304, [...validators(tag, version), ...DATA_HEADERS]);
  res.end();
}

/** The tag of a form of this answer that the client says it holds; null when it holds none. */
export function heldTag(req: IncomingMessage, tag: string | null): string | null {
  const held = req.headers["if-none-match"];
  if (held === undefined || tag === null) return null;
  const encoding = bestEncoding(req.headers["accept-encoding"] ?? "");
  const forms = [quoted(tag, encoding), quoted(tag, "identity")];
  return forms.find((form) => namesTag(held, form)) ?? null;
}

/** Another encoding is another sequence of bytes, and so has another tag. */
function quoted(tag: string, encoding: Encoding): string {
  return encoding === "identity" ? `"${tag}"` : `"${tag}-${encoding}"`;
}

function validators(tag: string | null, version: number | null): string[] {
  return [
    "cache-control",
    tag === null ? "no-store" : REVALIDATE,
    "vary",
    "Accept, Accept-Encoding",
    ...(tag === null ? [] : ["etag", tag]),
    ...(version === null ? [] : ["x-plimsoll-version", String(version)]),
  ];
}
