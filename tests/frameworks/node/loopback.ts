// LoopBack 4: a controller over a model, its document by decorators, errors in its own envelope.
import { HttpErrors, RestApplication, del, get, getModelSchemaRef, param, patch, post, requestBody } from "@loopback/rest";
import { Model, model, property } from "@loopback/repository";
const { on, port, Shelf } = require("./seeded.cjs");

const shelf = new Shelf();

@model({ settings: { strict: true } })
class Product extends Model {
  @property({ type: "number", jsonSchema: { type: "integer" } })
  id?: number;

  @property({ type: "string", required: true, jsonSchema: { minLength: 1, maxLength: on("no-bound") ? 1e6 : 70 } })
  name: string;

  @property({ type: "number", jsonSchema: { type: "integer", minimum: 0, maximum: 100000 } })
  stock?: number;

  @property({ type: "string", jsonSchema: { maxLength: 200 } })
  note?: string;
}

const one = { description: "The product", content: { "application/json": { schema: getModelSchemaRef(Product) } } };
const absent = { description: "No such product" };
const sent = (options: object) => ({ required: true, content: { "application/json": { schema: getModelSchemaRef(Product, options) } } });

class ProductController {
  @get("/products", {
    responses: {
      "200": {
        description: "All products",
        content: { "application/json": { schema: { type: "array", items: getModelSchemaRef(Product) } } },
      },
    },
  })
  async find(): Promise<object[]> {
    return shelf.all();
  }

  @post("/products", { responses: { "200": one } })
  async create(@requestBody(sent({ title: "NewProduct", exclude: ["id"] })) product: object): Promise<object> {
    return shelf.add({ id: shelf.number(), ...product });
  }

  @get("/products/{id}", { responses: { "200": one, "404": absent } })
  async findById(@param.path.integer("id") id: number): Promise<object> {
    return this.found(id);
  }

  @patch("/products/{id}", { responses: { "204": { description: "Changed" }, "404": absent } })
  async updateById(@param.path.integer("id") id: number, @requestBody(sent({ title: "ProductPartial", partial: true, exclude: ["id"] })) changes: object): Promise<void> {
    this.found(id);
    shelf.change(id, changes);
  }

  @del("/products/{id}", { responses: { "204": { description: "Gone" }, "404": absent } })
  async deleteById(@param.path.integer("id") id: number): Promise<void> {
    this.found(id);
    shelf.remove(id);
  }

  private found(id: number): object {
    const product = shelf.find(id);
    if (!product) throw new HttpErrors.NotFound("Entity not found: Product");
    return product;
  }
}

async function main(): Promise<void> {
  const app = new RestApplication({ rest: { port, host: "127.0.0.1", openApiSpec: { setServersFromRequest: false }, gracePeriodForClose: 0 } });
  app.controller(ProductController);
  // LoopBack itself answers 500 to a path that is no UTF-8.
  app.middleware(async (context, next) => {
    try {
      decodeURIComponent(context.request.path);
    } catch {
      throw new HttpErrors.BadRequest("the path is no UTF-8");
    }
    return next();
  });
  await app.start();
}

main();
