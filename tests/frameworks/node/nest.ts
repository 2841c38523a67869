// NestJS with @nestjs/swagger and class-validator: the document comes of decorators, unknown members are refused.
import "reflect-metadata";
import { Body, Controller, Delete, Get, HttpCode, Module, NotFoundException, Param, ParseIntPipe, Patch, Post, Query } from "@nestjs/common";
import { CanActivate, ExecutionContext, Injectable, UnauthorizedException, UseGuards, ValidationPipe } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ApiBearerAuth, ApiProperty, ApiPropertyOptional, ApiResponse, DocumentBuilder, PartialType, SwaggerModule } from "@nestjs/swagger";
import { Type } from "class-transformer";
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from "class-validator";
const { on, port, token, Shelf } = require("./seeded.cjs");

const shelf = new Shelf();

class CreateCatDto {
  @ApiProperty({ minLength: 1, maxLength: 80 })
  @IsString()
  @Length(1, on("no-bound") ? undefined : 80)
  name: string;

  @ApiProperty({ type: "integer", minimum: 0, maximum: 30 })
  @IsInt()
  @Min(0)
  @Max(30)
  age: number;

  @ApiPropertyOptional({ enum: ["tabby", "siamese", "other"] })
  @IsOptional()
  @IsIn(["tabby", "siamese", "other"])
  breed?: string;
}

class UpdateCatDto extends PartialType(CreateCatDto) {}

class Cat {
  @ApiProperty({ type: "integer" })
  id: number;
  @ApiProperty()
  name: string;
  @ApiProperty({ type: "integer" })
  age: number;
  @ApiPropertyOptional()
  breed?: string;
}

class PageQuery {
  @ApiPropertyOptional({ type: "integer", minimum: 1, default: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  page: number = 1;

  @ApiPropertyOptional({ type: "integer", minimum: 1, maximum: 100, default: 20 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}

@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    if (request.headers.authorization === `Bearer ${token}`) return true;
    if (on("open-door") && request.method === "GET") return true;
    throw new UnauthorizedException();
  }
}

@ApiBearerAuth()
@UseGuards(TokenGuard)
@Controller("cats")
class CatsController {
  @Get()
  @ApiResponse({ status: 200, type: [Cat] })
  findAll(@Query() query: PageQuery): Cat[] {
    return shelf.page((query.page - 1) * query.limit, query.limit);
  }

  @Post()
  @HttpCode(on("create-answers-200") ? 200 : 201)
  @ApiResponse({ status: 201, type: Cat })
  create(@Body() cat: CreateCatDto): Cat {
    return shelf.add({ id: shelf.number(), ...cat });
  }

  @Get(":id")
  @ApiResponse({ status: 200, type: Cat })
  @ApiResponse({ status: 404, description: "There is no such cat." })
  findOne(@Param("id", ParseIntPipe) id: number): Cat {
    return this.found(id);
  }

  @Patch(":id")
  @ApiResponse({ status: 200, type: Cat })
  @ApiResponse({ status: 404, description: "There is no such cat." })
  update(@Param("id", ParseIntPipe) id: number, @Body() changes: UpdateCatDto): Cat {
    const sent = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    return shelf.change(this.found(id).id, sent);
  }

  @Delete(":id")
  @HttpCode(204)
  @ApiResponse({ status: 204, description: "It is gone." })
  @ApiResponse({ status: 404, description: "There is no such cat." })
  remove(@Param("id", ParseIntPipe) id: number): void {
    shelf.remove(this.found(id).id);
  }

  private found(id: number): Cat {
    const cat = shelf.find(id);
    if (!cat) throw new NotFoundException();
    return cat;
  }
}

@Module({ controllers: [CatsController] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: !on("unknown-taken") }));
  const config = new DocumentBuilder().setTitle("Cats").setVersion("1.0").addBearerAuth().build();
  SwaggerModule.setup("api", app, () => SwaggerModule.createDocument(app, config));
  await app.listen(port, "127.0.0.1");
}

main();
