// Hono with @hono/zod-openapi: zod schemas are the document, and what does not fit them is 400.
"use strict";

const { randomUUID } = require("node:crypto");
const { serve } = require("@hono/node-server");
const { OpenAPIHono, createRoute, z } = require("@hono/zod-openapi");
const { on, port, Shelf } = require("./seeded.cjs");

const app = new OpenAPIHono();
const shelf = new Shelf();

const label = z.string().min(1);
const UserIn = z
  .object({
    name: on("no-bound") ? label : label.max(64),
    age: z.number().int().min(0).max(150).optional(),
    role: z.enum(["admin", "member"]).default("member"),
  })
  .openapi("NewUser");
const UserChange = z
  .object({
    name: label.max(64).optional(),
    age: z.number().int().min(0).max(150).optional(),
    role: z.enum(["admin", "member"]).optional(),
  })
  .openapi("UserChange");
const User = z
  .object({ id: z.uuid(), name: z.string(), age: z.number().int().optional(), role: z.string() })
  .openapi("User");
const Problem = z.object({ message: z.string() }).openapi("Problem");

const params = z.object({ id: z.uuid().openapi({ param: { name: "id", in: "path" } }) });
const body = (schema) => ({ content: { "application/json": { schema } } });
const told = (schema, description) => ({ ...body(schema), description });
const absent = { 404: told(Problem, "No such user") };

app.openapi(createRoute({ method: "get", path: "/users", responses: { 200: told(z.array(User), "All users") } }), (c) =>
  c.json(shelf.all()),
);
app.openapi(
  createRoute({ method: "post", path: "/users", request: { body: { ...body(UserIn), required: true } }, responses: { 201: told(User, "The user") } }),
  (c) => c.json(shelf.add({ id: randomUUID(), ...c.req.valid("json") }), on("create-answers-200") ? 200 : 201),
);

const found = (c) => shelf.find(c.req.valid("param").id.toLowerCase());

app.openapi(createRoute({ method: "get", path: "/users/{id}", request: { params }, responses: { 200: told(User, "The user"), ...absent } }), (c) => {
  const user = found(c);
  if (!user) return c.json({ message: "no such user" }, 404);
  return c.json(on("number-as-text") && user.age !== undefined ? { ...user, age: String(user.age) } : user);
});
app.openapi(
  createRoute({
    method: "patch",
    path: "/users/{id}",
    request: { params, body: { ...body(UserChange), required: true } },
    responses: { 200: told(User, "The user"), ...absent },
  }),
  (c) => {
    const user = found(c);
    return user ? c.json(shelf.change(user.id, c.req.valid("json"))) : c.json({ message: "no such user" }, 404);
  },
);
app.openapi(createRoute({ method: "delete", path: "/users/{id}", request: { params }, responses: { 204: { description: "Gone" }, ...absent } }), (c) => {
  const user = found(c);
  if (!user) return c.json({ message: "no such user" }, 404);
  shelf.remove(user.id);
  return c.body(null, 204);
});

app.doc("/doc", { openapi: "3.0.0", info: { title: "Users", version: "1.0.0" } });
serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
