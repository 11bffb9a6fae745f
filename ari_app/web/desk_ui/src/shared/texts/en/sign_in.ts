import type { SameKeys } from "../text_types";
import type { sign_in as zh } from "../zh/sign_in";

export const sign_in: SameKeys<typeof zh> = {
  title: "Sign in",
  agent: "Agent number",
  password: "Password",
  seat: "Seat",
  seat_hint: "Needed if your number has no phone of its own.",
  takes_over: "Takes over from",
  takes_over_hint: "You are ready at their seat once their call and wrap-up are over.",
  more: "Seat and relief",
  submit: "Sign in",
  submitting: "Signing in…",
  empty_agent: "Please enter your agent number.",
  empty_password: "Please enter your password.",
  wait: "Too many tries. Please try again in {seconds} s.",
  help: "Passwords come from your admin.",
};
