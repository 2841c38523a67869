// Express with swagger-jsdoc: the document stands in comments, and what comes in is checked by hand.
"use strict";

const express = require("express");
const swaggerJsdoc = require("swagger-jsdoc");
const { on, port, token, Shelf } = require("./seeded.cjs");

const app = express();
const shelf = new Shelf();

app.use(express.json());
app.get("/api-docs.json", (req, res) => {
  const info = { title: "Tasks", version: "1.0.0" };
  res.json(swaggerJsdoc({ definition: { openapi: "3.0.0", info }, apis: [__filename] }));
});

const withToken = (req, res, next) => {
  if (req.get("Authorization") === `Bearer ${token}` || (on("open-door") && req.method === "PATCH")) return next();
  return res.status(401).set("WWW-Authenticate", "Bearer").json({ error: "Unauthorized" });
};

// What is wrong with the body of a task, in words.
function wrong(body, partial) {
  const { title, description, priority } = body;
  if (title === undefined ? !partial : typeof title !== "string" || title.length < 1 || title.length > 120) return "title";
  if (description !== undefined && (typeof description !== "string" || [...description].length > 500)) return "description";
  const whole = Number.isInteger(priority) && (on("no-bound") || (priority >= 1 && priority <= 5));
  if (priority !== undefined && !whole) return "priority";
  return null;
}

const checked = (req, res, next) => {
  const body = req.body;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return res.status(400).json({ error: "an object is wanted" });
  const field = wrong(body, req.method === "PATCH");
  return field ? res.status(400).json({ error: `${field} is not valid` }) : next();
};

const found = (req, res, next) => {
  req.task = /^[0-9]{1,15}$/.test(req.params.id) ? shelf.find(Number(req.params.id)) : undefined;
  return req.task ? next() : res.status(404).json({ error: "Task not found" });
};

const taken = ({ title, description, priority }) =>
  Object.fromEntries(Object.entries({ title, description, priority }).filter(([, value]) => value !== undefined));

/**
 * @openapi
 * components:
 *   securitySchemes:
 *     bearerAuth: {type: http, scheme: bearer}
 *   responses:
 *     Error:
 *       description: What went wrong.
 *       content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
 *   schemas:
 *     Error: {type: object, required: [error], properties: {error: {type: string}}}
 *     NewTask:
 *       type: object
 *       required: [title]
 *       properties:
 *         title: {type: string, minLength: 1, maxLength: 120}
 *         description: {type: string, maxLength: 500}
 *         priority: {type: integer, minimum: 1, maximum: 5}
 *     TaskChange:
 *       type: object
 *       properties:
 *         title: {type: string, minLength: 1, maxLength: 120}
 *         description: {type: string, maxLength: 500}
 *         priority: {type: integer, minimum: 1, maximum: 5}
 *     Task:
 *       allOf:
 *         - {type: object, required: [id], properties: {id: {type: integer, readOnly: true}}}
 *         - {$ref: "#/components/schemas/NewTask"}
 */

/**
 * @openapi
 * /tasks:
 *   get:
 *     summary: Lists tasks.
 *     parameters:
 *       - {in: query, name: page, schema: {type: integer, minimum: 1, default: 1}}
 *       - {in: query, name: limit, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
 *     responses:
 *       200:
 *         description: A page of tasks.
 *         content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Task"}}}}
 *       400: {$ref: "#/components/responses/Error"}
 */
app.get("/tasks", (req, res) => {
  const [page, limit] = [req.query.page ?? "1", req.query.limit ?? "20"];
  const fits = (text, most) => /^[1-9][0-9]{0,8}$/.test(text) && Number(text) <= most;
  if (!fits(page, 1e9) || !fits(limit, 100)) return res.status(400).json({ error: "page or limit is not valid" });
  return res.json(shelf.page((page - 1) * limit, Number(limit)));
});

/**
 * @openapi
 * /tasks:
 *   post:
 *     summary: Creates a task.
 *     security: [{bearerAuth: []}]
 *     requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/NewTask"}}}}
 *     responses:
 *       201: {description: The task., content: {application/json: {schema: {$ref: "#/components/schemas/Task"}}}}
 *       400: {$ref: "#/components/responses/Error"}
 *       401: {$ref: "#/components/responses/Error"}
 */
app.post("/tasks", withToken, checked, (req, res) => {
  res.status(201).json(shelf.add({ id: shelf.number(), ...taken(req.body) }));
});

/**
 * @openapi
 * /tasks/{id}:
 *   parameters:
 *     - {in: path, name: id, required: true, schema: {type: integer}}
 *   get:
 *     summary: Reads a task.
 *     responses:
 *       200: {description: The task., content: {application/json: {schema: {$ref: "#/components/schemas/Task"}}}}
 *       404: {$ref: "#/components/responses/Error"}
 *   patch:
 *     summary: Changes a task.
 *     security: [{bearerAuth: []}]
 *     requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/TaskChange"}}}}
 *     responses:
 *       200: {description: The task., content: {application/json: {schema: {$ref: "#/components/schemas/Task"}}}}
 *       400: {$ref: "#/components/responses/Error"}
 *       401: {$ref: "#/components/responses/Error"}
 *       404: {$ref: "#/components/responses/Error"}
 *   delete:
 *     summary: Deletes a task.
 *     security: [{bearerAuth: []}]
 *     responses:
 *       204: {description: It is gone.}
 *       401: {$ref: "#/components/responses/Error"}
 *       404: {$ref: "#/components/responses/Error"}
 */
app.get("/tasks/:id", found, (req, res) => res.json(req.task));
app.patch("/tasks/:id", withToken, found, checked, (req, res) => res.json(shelf.change(req.task.id, taken(req.body))));
app.delete("/tasks/:id", withToken, found, (req, res) => {
  shelf.remove(req.task.id);
  res.status(204).end();
});

app.use((error, req, res, next) => res.status(error.status ?? 500).json({ error: error.status ? error.message : "Internal Server Error" }));

app.listen(port, "127.0.0.1");
