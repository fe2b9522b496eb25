/** GraphQL Yoga as it comes, over the same hand-written resolvers. */
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";
import { ready } from "./ready.js";
import { context, resolvers } from "./resolvers.js";
import { typeDefs } from "./schema.js";

const schema = createSchema({ typeDefs, resolvers });
const yoga = createYoga({ schema, context, logging: false });
const server = createServer(yoga).listen(0, "127.0.0.1", () => ready(server));
