// hapi with hapi-swagger: Joi checks what comes in, and makes a document in Swagger 2.0.
"use strict";

const Hapi = require("@hapi/hapi");
const Inert = require("@hapi/inert");
const Vision = require("@hapi/vision");
const HapiSwagger = require("hapi-swagger");
const Joi = require("joi");
const { on, port, token, Shelf } = require("./seeded.cjs");

const shelf = new Shelf();
const boom = require("@hapi/boom");

const title = Joi.string().min(1).required();
const songIn = Joi.object({
  title: on("no-bound") ? title : title.max(100),
  seconds: Joi.number().integer().strict().min(1).max(7200).required(),
  genre: Joi.string().valid("rock", "jazz", "folk").optional(),
}).label("NewSong");
const song = Joi.object({
  id: Joi.number().integer().required(),
  title: Joi.string().required(),
  seconds: Joi.number().integer().required(),
  genre: Joi.string(),
}).label("Song");
const params = Joi.object({ id: Joi.number().integer().min(1).max(1e9).required() });
const page = Joi.object({
  offset: Joi.number().integer().min(0).max(1e9).default(0),
  limit: Joi.number().integer().min(1).max(100).default(20),
});

const found = (request) => {
  const item = shelf.find(request.params.id);
  if (!item) throw boom.notFound("no such song");
  return item;
};
const told = (responses) => ({ "hapi-swagger": { responses, security: [{ token: [] }] } });
const one = { 200: { description: "The song", schema: song }, 404: { description: "No such song" } };

const routes = [
  {
    method: "GET",
    path: "/songs",
    options: {
      tags: ["api"],
      validate: { query: page },
      plugins: told({ 200: { description: "A page of songs", schema: Joi.array().items(song).label("Songs") } }),
      handler: (request) => shelf.page(request.query.offset, request.query.limit),
    },
  },
  {
    method: "POST",
    path: "/songs",
    options: {
      tags: ["api"],
      validate: { payload: songIn },
      plugins: told({ 201: { description: "The song", schema: song } }),
      handler: (request, h) => h.response(shelf.add({ id: shelf.number(), ...request.payload })).code(201),
    },
  },
  {
    method: "GET",
    path: "/songs/{id}",
    options: { tags: ["api"], validate: { params }, plugins: told(one), handler: (request) => found(request) },
  },
  {
    method: "PUT",
    path: "/songs/{id}",
    options: {
      tags: ["api"],
      validate: { params, payload: songIn },
      plugins: told(one),
      handler: (request) => shelf.change(found(request).id, request.payload),
    },
  },
  {
    method: "DELETE",
    path: "/songs/{id}",
    options: {
      tags: ["api"],
      validate: { params },
      plugins: told({ 204: { description: "Gone" }, 404: { description: "No such song" } }),
      handler: (request, h) => {
        shelf.remove(found(request).id);
        return h.response().code(204);
      },
    },
  },
];

async function main() {
  const server = Hapi.server({ port, host: "127.0.0.1" });
  const securityDefinitions = { token: { type: "apiKey", name: "X-Token", in: "header" } };
  const options = { info: { title: "Songs", version: "1" }, grouping: "tags", securityDefinitions };
  await server.register([Inert, Vision, { plugin: HapiSwagger, options }]);
  server.auth.scheme("token", () => ({
    authenticate: (request, h) => {
      const open = on("open-door") && request.method === "delete";
      if (request.headers["x-token"] === token || open) return h.authenticated({ credentials: {} });
      throw boom.unauthorized("who are you?", "Token");
    },
  }));
  server.auth.strategy("token", "token");
  server.route(routes.map((route) => ({ ...route, options: { ...route.options, auth: "token" } })));
  await server.start();
}

main();
