# Two stages: compile with everything, run with what production needs, as a user without rights. It
# needs an external Postgres (DATABASE_URL): the embedded one is left out. Works read-only.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts/build.mjs scripts/left-out.mjs scripts/
COPY src src
RUN node scripts/build.mjs && npm prune --omit=dev --omit=optional --ignore-scripts

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY drizzle drizzle
COPY data data
COPY examples examples
COPY docs docs
USER node
EXPOSE 4000 9464
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
