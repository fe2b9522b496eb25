/** Charges for what is run, and says in every answer what its question cost, so that a client can keep clear of the limit. */
import type { ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { type CostMeter, saysCosts } from "../../schema/cost.ts";
import { LIMITS } from "../../schema/limits.ts";
import type { ExchangeContext } from "./exchange.ts";

export function useCost(costOf: CostMeter): Plugin<ExchangeContext> {
  let says = false;
  return {
    onSchemaChange({ schema }) {
      says = saysCosts(schema);
    },
    onExecute({ args: { document, operationName, variableValues, contextValue } }) {
      const counted = costOf(document, operationName, variableValues);
      if (!counted) return;
      contextValue.exchange.charge?.(counted.complexity);
      if (!says) return;
      return {
        onExecuteDone({ result, setResult }) {
          // A stream has no one answer, and a question that never ran has no data.
          if (!isAnswer(result)) return;
          const { complexity, depth, breadth } = counted;
          const cost = { requested: complexity, limit: LIMITS.complexity, depth, breadth };
          setResult({ ...result, extensions: { ...result.extensions, cost } });
        },
      };
    },
  };
}

function isAnswer(result: unknown): result is ExecutionResult {
  return typeof result === "object" && result !== null && "data" in result;
}
