package mattermost

func readAs(markdown string) (string, []string) { return markdown, nil }
