import { useEffect, useRef } from "preact/hooks";
import { linkHere, place } from "./live/router.ts";
import { logOut, operator } from "./live/session.ts";
import { nextTheme, setTheme, theme } from "./live/theme.ts";
import { pages } from "./pages/all.ts";
import type { Page } from "./pages/page.ts";
import { LiveMark } from "./parts/liveMark.tsx";
import { LogIn } from "./parts/logIn.tsx";
import { Empty, Loading } from "./parts/state.tsx";
import { linkTo } from "./read/place.ts";

const logInPath = "log-in";

/** To where the log-in was asked for; only to a place of this page. */
function goBack(back: string | undefined): void {
  location.hash = back?.startsWith("#/") ? back : linkTo("");
}

function Menu({ path }: { path: string }) {
  const shown = pages.filter(
    ({ isDetail, operator: isGuarded }) => !isDetail && (!isGuarded || operator.value),
  );
  return (
    <nav class="menu" aria-label="Pages">
      {shown.map((page) => (
        <a key={page.path} href={linkTo(page.path)} aria-current={page.path === path ? "page" : undefined}>
          {page.title}
        </a>
      ))}
    </nav>
  );
}

function ThemeSwitch() {
  const words = { auto: "Auto", light: "Light", dark: "Dark" } as const;
  return (
    <button
      type="button"
      class="quiet"
      title={`Colours: ${theme.value}. Click for ${nextTheme()}.`}
      onClick={() => setTheme(nextTheme())}
    >
      {words[theme.value]}
    </button>
  );
}

function Account() {
  if (operator.value === null) return null;
  if (!operator.value)
    return (
      <a
        class="button quiet"
        href={linkTo(logInPath, { back: `${place.value.path === logInPath ? "" : linkHere({})}` })}
      >
        Log in
      </a>
    );
  return (
    <button type="button" class="quiet" onClick={() => void logOut()}>
      Log out
    </button>
  );
}

function View({ page }: { page: Page | undefined }) {
  const { path, rest, query } = place.value;
  if (path === logInPath)
    return operator.value ? (
      <Empty title="You are logged in">All pages are in the menu.</Empty>
    ) : (
      <LogIn onDone={() => goBack(query.back)} />
    );
  if (page === undefined)
    return (
      <Empty title="There is no such page">
        The address ends in "{path}". <a href={linkTo("")}>Go to the overview.</a>
      </Empty>
    );
  if (page.operator && operator.value === null) return <Loading what="the session" />;
  if (page.operator && !operator.value) return <LogIn />;
  return <page.view key={page.path} rest={rest} query={query} />;
}

export function App() {
  const { path } = place.value;
  const page = pages.find((one) => one.path === path);
  const title = path === logInPath ? "Log in" : (page?.title ?? "Not found");
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · Assay`;
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [title, path]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={linkTo("")}>
          Assay
        </a>
        <Menu path={path} />
        <div class="tools">
          <LiveMark />
          <ThemeSwitch />
          <Account />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <h1>{title}</h1>
        <View page={page} />
      </main>
    </>
  );
}
