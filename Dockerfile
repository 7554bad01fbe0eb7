# A server, or a remote worker: `docker build -t fugitive .`, then `docker run fugitive serve …` or `… worker FILE`.
# Not on Alpine: uWebSockets.js has no binary for musl, and ws, which would serve there, takes more CPU.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts
# of the binaries of uWebSockets.js, for each system and Node.js, the one that is needed here: 5 % of them. It is tried at once.
RUN find node_modules/uWebSockets.js -name "uws_*.node" \
    ! -name "uws_$(node -p 'process.platform + "_" + process.arch + "_" + process.versions.modules').node" -delete \
  && node --input-type=module --eval 'import "uWebSockets.js"'

FROM node:22-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8080 8081
# at the control port, which is never encrypted and is answered by the primary; a remote worker has none, and turns it off
HEALTHCHECK --interval=5s --timeout=3s --start-period=40s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CONTROL_PORT || 8081}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/bin.js"]
CMD ["serve"]
