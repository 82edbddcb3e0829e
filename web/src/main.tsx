import { createRoot } from "react-dom/client";
import { App } from "./app";
import { paint } from "./prefs";
import "./style.css";

paint();
createRoot(document.getElementById("root")!).render(<App />);
