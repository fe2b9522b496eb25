/**
 * What one operation may ask of the server before and while it runs: tokens, aliases, bytes, time.
 * Cost and depth are counted by the schema, which knows its page sizes; these bounds hold for any
 * schema and are checked first because they are the cheapest.
 */
import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type ParseOptions,
  parse,
  type ValidationContext,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { PlimsollError } from "../../errors.ts";
import type { ExchangeContext } from "./exchange.ts";

/** Bytes of a request body. The largest useful one is a pasted `config.json` of some 100 KB. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Lexical tokens of a document; the introspection query of GraphiQL has about 300. */
export const MAX_TOKENS = 2_000;
/** Renamed fields of a document: each can repeat the whole work of its field. */
export const MAX_ALIASES = 60;
/** Milliseconds for a query or mutation; a subscription may last for ever. */
export const MAX_EXECUTION_MS = 20_000;

/** Parses no further than the limit. What is nested beyond the parser's own means is too deep. */
export function parseWithinLimit(source: string, options?: ParseOptions): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new GraphQLError("The document is nested too deeply.", {
      extensions: { code: "DEPTH_LIMIT_EXCEEDED" },
    });
  }
}

/** A validation rule, in the form graphql-js expects. */
function MaxAliasesRule(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (!node.alias || ++aliases !== MAX_ALIASES + 1) return;
      context.reportError(
        new GraphQLError(`The document renames more than ${MAX_ALIASES} fields.`, {
          nodes: node,
          extensions: { code: "TOO_MANY_ALIASES", limit: MAX_ALIASES },
        }),
      );
    },
  };
}

/** In a GET, variables are JSON inside a parameter; what is not JSON is the caller's mistake. */
export function useReadableParameters(): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw new PlimsollError("BAD_USER_INPUT", "`variables` and `extensions` must be JSON.");
        }
      });
    },
  };
}

/** Enforces the limits above; `executionMs` is an argument so that a test need not wait. */
export function useLimits(executionMs = MAX_EXECUTION_MS): Plugin<ExchangeContext> {
  return {
    onParse({ setParseFn }) {
      setParseFn(parseWithinLimit);
    },
    onValidate({ addValidationRule }) {
      addValidationRule(MaxAliasesRule);
    },
    onExecute({ args }) {
      const { abort } = args.contextValue.exchange;
      Object.assign(args, { signal: abort.signal });
      const timer = setTimeout(() => {
        const seconds = executionMs / 1000;
        abort.abort(
          new PlimsollError("SERVICE_UNAVAILABLE", `The operation took more than ${seconds} s.`),
        );
      }, executionMs);
      return { onExecuteDone: () => clearTimeout(timer) };
    },
  };
}
