import { mount } from 'svelte';
import App from './App.svelte';
import './fonts.css';
import './app.css';
import './lib/theme.svelte';

mount(App, { target: document.body });
