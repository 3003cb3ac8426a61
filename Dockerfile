# Releases pin the image: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
RUN npm ci --ignore-scripts && node tools/build.mjs --command
# The same tree again, of the relay alone and without what only builds and tests need.
RUN npm ci --ignore-scripts --omit=dev --workspace=@switchyard/relay

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# Nothing is installed in here, so nothing that installs is needed.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* /usr/local/bin/yarn*
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/engine ./engine
COPY --from=build /app/relay ./relay
USER 65532:65532
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "relay/bin/switchyard.js", "health"]
ENTRYPOINT ["node", "relay/bin/switchyard.js"]
CMD ["serve"]
