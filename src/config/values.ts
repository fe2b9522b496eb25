/** The kinds of values that several variables share. */
import * as z from "zod";

/** A URL with one of these protocols. */
export const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    );

/** Where an upstream is. What a login in it would name is sent nowhere, and ends up in messages. */
export const upstreamUrl = () =>
  urlOf("https:", "http:").refine(
    (text) => !URL.canParse(text) || new URL(text).href === withoutLogin(text),
    "must not contain a name or a password",
  );

function withoutLogin(text: string): string {
  return Object.assign(new URL(text), { username: "", password: "" }).href;
}

/** The words of a list that is separated by commas. */
export const list = (text: string): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** A whole number within bounds. */
export const wholeNumber = (least: number, most: number) =>
  z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(least, `must be ${least} to ${most}`)
    .max(most, `must be ${least} to ${most}`);
