/** Requests that bend HTTP. */
import type { Attack } from "../attack.ts";
import { caches } from "./caches.ts";
import { connections } from "./connections.ts";
import { content } from "./content.ts";
import { headers } from "./headers.ts";
import { methods } from "./methods.ts";
import { parameters } from "./parameters.ts";
import { smuggling } from "./smuggling.ts";

export const http: Attack[] = [
  ...methods,
  ...content,
  ...headers,
  ...caches,
  ...connections,
  ...smuggling,
  ...parameters,
];
