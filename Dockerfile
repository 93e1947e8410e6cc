# docker build -t faultline . ; docker run --rm -v "$PWD:/work" --read-only --tmpfs /tmp faultline check shop.yaml
# Two stages: the first builds from the sources, the second has the program, its packages and Node.
FROM node:20-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
COPY scripts scripts
RUN node scripts/bootstrap.mjs --install-only
COPY . .
RUN node scripts/bootstrap.mjs --force && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production
COPY --from=build /source/package.json /source/LICENSE /opt/faultline/
COPY --from=build /source/node_modules /opt/faultline/node_modules
COPY --from=build /source/dist/cli /opt/faultline/dist/cli
COPY --from=build /source/dist/run/worker.js /opt/faultline/dist/run/worker.js
COPY --from=build /source/dist/THIRD-PARTY-NOTICES.txt /opt/faultline/dist/
COPY --from=build /source/scenarios /opt/faultline/scenarios
# Everything above belongs to root and is never written. Reports go to the folder of the call.
USER node
WORKDIR /work
ENTRYPOINT ["node", "/opt/faultline/dist/cli/main.js"]
CMD ["--help"]
