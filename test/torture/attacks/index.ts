/** The whole corpus. */
import type { Attack } from "./attack.ts";
import { documents } from "./documents.ts";
import { http } from "./http.ts";
import { values } from "./values.ts";

export const corpus: readonly Attack[] = [...documents, ...values, ...http];
