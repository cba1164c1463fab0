// Runs before the page is drawn: what needs scripts shows itself only where there are some.
document.documentElement.classList.add('js-enabled');
document.addEventListener('DOMContentLoaded', () => document.body.classList.add('js-enabled', 'govuk-frontend-supported'));
