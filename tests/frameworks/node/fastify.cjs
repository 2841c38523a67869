// Fastify with @fastify/swagger: one JSON schema checks the request, writes the answer and makes the document.
"use strict";

const { randomUUID } = require("node:crypto");
const { on, port, token, Shelf } = require("./seeded.cjs");

const shelf = new Shelf();

const members = {
  name: { type: "string", minLength: 1, ...(on("no-bound") ? {} : { maxLength: 80 }) },
  kind: { type: "string", enum: ["sensor", "switch", "lamp"] },
  watts: { type: "number", minimum: 0, maximum: 4000 },
};
const device = {
  $id: "Device",
  type: "object",
  required: ["id", "name", "kind"],
  properties: {
    id: { type: "string", format: "uuid" },
    name: { type: "string" },
    kind: { type: "string" },
    watts: { type: on("number-as-text") ? "string" : "number" },
  },
};
const problem = {
  $id: "Problem",
  type: "object",
  properties: { statusCode: { type: "integer" }, code: { type: "string" }, error: { type: "string" }, message: { type: "string" } },
};
const params = { type: "object", required: ["id"], properties: { id: { type: "string", format: "uuid" } } };
const one = { $ref: "Device#" };
const refused = { $ref: "Problem#" };

async function devices(app) {
  app.addHook("onRequest", async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${token}` && !(on("open-door") && request.method === "DELETE")) {
      reply.header("WWW-Authenticate", "Bearer").code(401);
      throw Object.assign(new Error("who are you?"), { statusCode: 401 });
    }
  });
  const security = [{ bearer: [] }];
  const found = (request) => {
    const item = shelf.find(request.params.id.toLowerCase());
    if (!item) throw Object.assign(new Error("no such device"), { statusCode: 404 });
    return item;
  };
  const querystring = {
    type: "object",
    properties: {
      limit: { type: "integer", minimum: 1, maximum: 100, default: 20 },
      offset: { type: "integer", minimum: 0, default: 0 },
    },
  };
  const page = {
    type: "object",
    required: ["total", "items"],
    properties: { total: { type: "integer", description: "How many devices there are in all." }, items: { type: "array", items: one } },
  };
  app.get("/devices", { schema: { security, querystring, response: { 200: page, 400: refused, 401: refused } } }, async (request) => {
    const { limit, offset } = request.query;
    return { total: shelf.count(), items: shelf.page(offset, limit) };
  });
  const body = { type: "object", required: ["name", "kind"], properties: members };
  app.post("/devices", { schema: { security, body, response: { 201: one, 400: refused, 401: refused } } }, async (request, reply) => {
    reply.code(201);
    return shelf.add({ id: randomUUID(), ...request.body });
  });
  app.get("/devices/:id", { schema: { security, params, response: { 200: one, 404: refused } } }, async (request) => found(request));
  const changes = { type: "object", properties: members };
  app.patch("/devices/:id", { schema: { security, params, body: changes, response: { 200: one, 400: refused, 404: refused } } }, async (request) => {
    return shelf.change(found(request).id, request.body);
  });
  const gone = { type: "null", description: "It is gone." };
  app.delete("/devices/:id", { schema: { security, params, response: { 204: gone, 404: refused } } }, async (request, reply) => {
    shelf.remove(found(request).id);
    reply.code(204);
  });
}

async function main() {
  const app = require("fastify")();
  await app.register(require("@fastify/swagger"), {
    openapi: {
      openapi: "3.0.3",
      info: { title: "Devices", version: "1.0.0" },
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    },
  });
  app.addSchema(device);
  app.addSchema(problem);
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  await app.register(devices);
  await app.listen({ port, host: "127.0.0.1" });
}

main();
