/** The table of variables in `docs/operations.md`, made from the configuration itself. */
import { describeVariables } from "../src/config.ts";

const BEGIN = "<!-- variables: npm run variables -->\n";
const END = "<!-- end of variables -->";

/** The document with the table as it should be. */
export function withVariables(document: string): string {
  const start = document.indexOf(BEGIN) + BEGIN.length;
  return `${document.slice(0, start)}\n${table()}\n\n${document.slice(document.indexOf(END))}`;
}

function table(): string {
  const rows = describeVariables().map(({ name, default: value, meaning }) => {
    const shown = value === "" ? "not set" : value.startsWith("`") ? value : `\`${value}\``;
    return `| \`${name}\` | ${shown} | ${meaning.replaceAll("|", "\\|")} |`;
  });
  return ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
}
