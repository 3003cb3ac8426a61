# syntax=docker/dockerfile:1
# One file for amd64 and arm64: there is no native module in the tree.
#
#   docker build --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse HEAD) --tag switchyard .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges switchyard
#
# Releases pin the image: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:...
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
RUN npm ci --ignore-scripts && node tools/build.mjs --command
# The same tree again, of the relay alone and without what only builds and tests need.
RUN npm ci --ignore-scripts --omit=dev --workspace=@switchyard/relay

FROM ${NODE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Switchyard" \
  org.opencontainers.image.description="Relay proxy for OpenFeature" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
# Nothing is installed in here, so nothing that installs is needed.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* /usr/local/bin/yarn*
COPY --from=build /app/package.json /app/LICENSE /app/NOTICE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/engine/package.json ./engine/
COPY --from=build /app/engine/dist ./engine/dist
COPY --from=build /app/relay/package.json ./relay/
COPY --from=build /app/relay/bin ./relay/bin
COPY --from=build /app/relay/dist ./relay/dist
USER 65532:65532
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "relay/bin/switchyard.js", "health"]
ENTRYPOINT ["node", "relay/bin/switchyard.js"]
CMD ["serve"]
