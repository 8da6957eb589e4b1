import { eq } from "drizzle-orm";
import { Hono } from "hono";
import { scryptSync, timingSafeEqual } from "node:crypto";
import { verifyRequestOrigin, generateIdFromEntropySize } from "lucia";
import type { User, Session } from "lucia";
import { lucia } from "./auth.ts";
import { db, userTable } from "./db.ts";

export const app = new Hono<{
	Variables: {
		user: User | null;
		session: Session | null;
	};
}>();

// see https://v3.lucia-auth.com/basics/sessions
app.use("*", async (c, next) => {
	if (c.req.method === "GET") {
		return next();
	}
	const originHeader = c.req.header("Origin") ?? null;
	// NOTE: You may need to use `X-Forwarded-Host` instead
	const hostHeader = c.req.header("Host") ?? null;
	if (!originHeader || !hostHeader || !verifyRequestOrigin(originHeader, [hostHeader])) {
		return c.body(null, 403);
	}
	return next();
});

app.use("*", async (c, next) => {
	const sessionId = lucia.readSessionCookie(c.req.header("Cookie") ?? "");
	if (!sessionId) {
		c.set("user", null);
		c.set("session", null);
		return next();
	}
	const { session, user } = await lucia.validateSession(sessionId);
	if (session && session.fresh) {
		// use `header()` instead of `setCookie()` to avoid TS errors
		c.header("Set-Cookie", lucia.createSessionCookie(session.id).serialize(), {
			append: true
		});
	}
	if (!session) {
		c.header("Set-Cookie", lucia.createBlankSessionCookie().serialize(), {
			append: true
		});
	}
	c.set("user", user);
	c.set("session", session);
	return next();
});

app.post("/signup", async (c) => {
	const { username, password } = await c.req.parseBody<{ username: string; password: string }>();
	const userId = generateIdFromEntropySize(10); // 16 characters long
	await db.insert(userTable).values({ id: userId, username, passwordHash: hash(password) });
	const session = await lucia.createSession(userId, {});
	c.header("Set-Cookie", lucia.createSessionCookie(session.id).serialize(), { append: true });
	return c.redirect("/");
});

app.post("/login", async (c) => {
	const { username, password } = await c.req.parseBody<{ username: string; password: string }>();
	const existingUser = await db.select().from(userTable).where(eq(userTable.username, username)).get();
	if (!existingUser || !verify(existingUser.passwordHash, password)) {
		return c.text("Incorrect username or password", 400);
	}
	const session = await lucia.createSession(existingUser.id, {});
	c.header("Set-Cookie", lucia.createSessionCookie(session.id).serialize(), { append: true });
	return c.redirect("/");
});

app.get("/", (c) => {
	const user = c.get("user");
	return c.text(user ? user.username : "anonymous");
});

app.get("/me", (c) => {
	const user = c.get("user");
	const session = c.get("session");
	if (!user || !session) return c.text("Unauthorized", 401);
	const isSame = session.userId === user.id && session.expiresAt.getTime() > Date.now();
	return c.text(`${isSame} ${session.id.length > 20}`);
});

app.get("/sessions", async (c) => {
	const user = c.get("user");
	if (!user) return c.text("Unauthorized", 401);
	return c.text(String((await lucia.getUserSessions(user.id)).length));
});

app.post("/logout", async (c) => {
	const session = c.get("session");
	if (!session) return c.text("Unauthorized", 401);
	await lucia.invalidateSession(session.id);
	c.header("Set-Cookie", lucia.createBlankSessionCookie().serialize(), { append: true });
	return c.redirect("/");
});

app.post("/logout-all", async (c) => {
	const user = c.get("user");
	if (!user) return c.text("Unauthorized", 401);
	await lucia.invalidateUserSessions(user.id);
	return c.redirect("/");
});

function hash(password: string): string {
	return scryptSync(password, "salt", 32).toString("hex");
}

function verify(stored: string, password: string): boolean {
	return timingSafeEqual(Buffer.from(stored, "hex"), scryptSync(password, "salt", 32));
}
